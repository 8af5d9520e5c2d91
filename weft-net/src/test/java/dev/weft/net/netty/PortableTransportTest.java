package dev.weft.net.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Weft;
import dev.weft.net.Platform;
import dev.weft.net.Transport;
import org.junit.jupiter.api.Test;

class PortableTransportTest {
    @Test
    void aPortableLoopTakesNioUnlessAnotherIsAskedFor() throws Exception {
        Platform.PORTABLE_NIO.withProperties(() -> {
            System.clearProperty(Transport.PROPERTY);
            Weft.run(() -> assertThat(NettyIo.current().transport()).isEqualTo(Transport.NIO));
        });
    }

    @Test
    void aRingOnAPortableLoopIsRefusedWithTheReasonAndTheRemedy() throws Exception {
        Platform.LOOP_IO_URING.assumeAvailable();
        Platform.PORTABLE_NIO.withProperties(() -> {
            System.setProperty(Transport.PROPERTY, "io_uring");
            Weft.run(() -> assertThatThrownBy(NettyIo::current)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("needs a loop with a thread of its own")
                    .hasMessageContaining("--add-opens"));
        });
    }
}
