package dev.weft.cli.compare.model;

import dev.weft.Weft;
import dev.weft.cli.compare.work.Medium;
import dev.weft.http.HttpException;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.ClientSession;
import java.io.IOException;
import java.net.URI;

/** Waits as a coroutine: the loop goes on with others. Blocking calls of the JDK go to the threads beside the loop. */
final class LoopMedium implements Medium {
    private static final int OK = 200;

    private final ClientSession session;

    LoopMedium(ClientSession session) {
        this.session = session;
    }

    @Override
    public byte[] fetch(URI uri) throws IOException {
        ClientResponse response;
        try {
            response = session.get(uri);
        } catch (HttpException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (response.status() != OK) {
            throw new IOException("expected status 200, found " + response.status());
        }
        return response.bytes();
    }

    @Override
    public <T> T block(BlockingCall<T> call) throws IOException {
        try {
            return Weft.offload(call::call);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("the call throws no other checked exception", e);
        }
    }
}
