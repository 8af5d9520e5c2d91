package dev.weft.http;

import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Opens the socket that the JDK opens with the first one of a program, and keeps, before a test counts what it leaves
 * open; registered for all.
 */
public final class FirstSocket implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        new ServerSocket(0).close();
    }
}
