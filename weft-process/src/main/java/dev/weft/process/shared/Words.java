package dev.weft.process.shared;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Access to aligned words of a {@link java.lang.foreign.MemorySegment}, by segment and offset in bytes: plain, volatile
 * and compare-and-set, which work across processes as across threads, since both are cores that see one memory.
 */
public final class Words {
    /** Four bytes. */
    public static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    /** Eight bytes. */
    public static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    /** Eight bytes. */
    public static final VarHandle DOUBLE = ValueLayout.JAVA_DOUBLE.varHandle();

    private Words() {}
}
