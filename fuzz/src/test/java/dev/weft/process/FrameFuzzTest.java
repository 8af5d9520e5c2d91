package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What comes over the sockets between a pool and its workers, before anything is made of it. */
class FrameFuzzTest {
    private static final int LONGEST = 4096;

    @FuzzTest
    void frames(FuzzedDataProvider data) throws IOException {
        boolean fromWorker = data.consumeBoolean();
        ReadableByteChannel channel = Channels.newChannel(new ByteArrayInputStream(data.consumeRemainingAsBytes()));
        List<Frame> frames = new ArrayList<>();
        var reader = new FrameReader(channel, fromWorker, LONGEST, frames::add);
        try {
            while (reader.read()) {}
        } catch (ProtocolException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        for (Frame frame : frames) {
            assertThat(frame.length()).isBetween(0, LONGEST);
            assertThat(frame.body()).hasSizeGreaterThanOrEqualTo(frame.length());
        }
    }

    @FuzzTest
    void hellos(byte[] bytes) {
        Hello hello = Hello.parse(ByteBuffer.wrap(Arrays.copyOf(bytes, Frame.HEADER + Hello.BODY)));
        assertThat(hello == null || hello.maxMemory() > 0).isTrue();
    }
}
