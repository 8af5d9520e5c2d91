package dev.weft.process;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Member;

/**
 * The only place where this package goes past access rules: into classes of users, to take their lambdas apart, to put
 * them together again, and to say which of their fields cannot be sent; never into the JDK. Each caller has another way
 * for a class whose module is not open.
 */
final class UserClasses {
    private static final ClassLoader LOADER = loaderOf(UserClasses.class);

    private UserClasses() {}

    /** {@return what finds the user's classes in a process that this module has started: what has found this one} */
    static ClassLoader loader() {
        return LOADER;
    }

    private static ClassLoader loaderOf(Class<?> own) {
        ClassLoader loader = own.getClassLoader();
        return loader == null ? ClassLoader.getSystemClassLoader() : loader;
    }

    /** {@return whether a member of a user's class can be used from here} */
    static <M extends AccessibleObject & Member> boolean open(M member) {
        return member.getDeclaringClass().getClassLoader() != null && member.trySetAccessible();
    }
}
