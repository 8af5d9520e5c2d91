package dev.weft.net.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.loop.kernel.LoopCore;
import dev.weft.loop.kernel.Promise;
import dev.weft.net.Platform;
import dev.weft.net.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(30)
class NettyIoTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    private static long in(Duration time) {
        return LoopCore.current().now() + time.toNanos();
    }

    /** A connection whose lines coroutines send and receive. */
    private static final class Lines extends SimpleChannelInboundHandler<ByteBuf> {
        final ArrayDeque<Handover<String>> expected = new ArrayDeque<>();

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            for (char c : bytes.toString(StandardCharsets.US_ASCII).toCharArray()) {
                expected.remove().complete(String.valueOf(c));
            }
        }

        String ask(NettyIo io, Channel channel, char letter) {
            var answer = new Handover<String>();
            expected.add(answer);
            io.eventLoop().execute(() -> channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {(byte) letter})));
            assertThat(answer.await(in(Duration.ofSeconds(10)))).isTrue();
            return answer.result();
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            context.writeAndFlush(bytes);
        }
    }

    private static ChannelHandler each(Supplier<ChannelHandler> handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handler.get());
            }
        };
    }

    private static Channel listen(NettyIo io) throws IOException {
        return Tcp.listen(io, new InetSocketAddress(LOOPBACK, 0), 128, each(Echo::new));
    }

    private static Channel connect(NettyIo io, InetSocketAddress address, ChannelHandler handler) throws IOException {
        return Tcp.connect(io, address, in(Duration.ofSeconds(10)), handler);
    }

    @Test
    void theLoopUsesTheTransportThatWasAskedFor() throws Exception {
        platform.run(() -> {
            NettyIo io = NettyIo.current();
            assertThat(io.transport()).isEqualTo(platform.transport());
            assertThat(NettyIo.current()).isSameAs(io);
            assertThat(io.loop()).isSameAs(LoopCore.current());
        });
    }

    @Test
    void whatIsAskedForSoonIsDoneInOrderEvenIfOneOfItFails() throws Exception {
        platform.run(() -> {
            NettyIo io = NettyIo.current();
            List<String> done = new ArrayList<>();
            var last = new Handover<Boolean>();
            io.soon(() -> done.add("first"));
            io.soon(() -> {
                throw new IllegalStateException("planned by the test");
            });
            io.soon(() -> done.add("third"));
            io.soon(() -> last.complete(true));
            assertThat(last.await(in(Duration.ofSeconds(10)))).isTrue();
            assertThat(done).containsExactly("first", "third");
        });
    }

    @Test
    void coroutinesTalkOverConnectionsOfTheirLoop() throws Exception {
        platform.run(() -> {
            NettyIo io = NettyIo.current();
            Channel listening = listen(io);
            try (var group = TaskGroup.open()) {
                List<Task<String>> tasks = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    tasks.add(group.spawn(() -> {
                        var lines = new Lines();
                        Channel channel = connect(io, (InetSocketAddress) listening.localAddress(), lines);
                        var received = new StringBuilder();
                        for (char c = 'a'; c <= 'z'; c++) {
                            received.append(lines.ask(io, channel, c));
                        }
                        Tcp.close(io, channel);
                        return received.toString();
                    }));
                }
                group.join();
                assertThat(tasks).allMatch(task -> task.result().equals("abcdefghijklmnopqrstuvwxyz"));
            }
            Tcp.close(io, listening);
        });
    }

    @Test
    void aLoopThatWaitsForSocketsIsWokenByAnotherThread() throws Exception {
        platform.run(() -> {
            NettyIo io = NettyIo.current();
            Channel listening = listen(io); // a socket that never gets ready
            for (int i = 0; i < 200; i++) {
                var promise = new Promise<Integer>("answer of another thread");
                int number = i;
                Thread other = Thread.ofPlatform().start(() -> promise.keep(number));
                assertThat(promise.await()).isEqualTo(i);
                other.join();
            }
            Tcp.close(io, listening);
        });
    }

    @Test
    void timersAreKeptWhileTheLoopWaitsForSockets() throws Exception {
        platform.run(() -> {
            NettyIo io = NettyIo.current();
            Channel listening = listen(io);
            long begin = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                Weft.sleep(Duration.ofMillis(5));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(100), Duration.ofSeconds(5));
            Tcp.close(io, listening);
        });
    }

    @Test
    void coroutinesThatAreAlwaysReadyDoNotStarveSockets() throws Exception {
        assertSocketsAreServedBeside(3, Duration.ZERO);
    }

    @Test
    void timersThatAreAlwaysDueDoNotStarveSockets() throws Exception {
        assertSocketsAreServedBeside(2_000, Duration.ofNanos(1));
    }

    private void assertSocketsAreServedBeside(int coroutines, Duration pause) throws Exception {
        platform.run(() -> {
            NettyIo io = NettyIo.current();
            Channel listening = listen(io);
            var stop = new AtomicBoolean();
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < coroutines; i++) {
                    group.spawn(() -> {
                        while (!stop.get()) {
                            Weft.sleep(pause);
                        }
                    });
                }
                var lines = new Lines();
                Channel channel = connect(io, (InetSocketAddress) listening.localAddress(), lines);
                assertThat(lines.ask(io, channel, 'x')).isEqualTo("x");
                Tcp.close(io, channel);
                stop.set(true);
                group.join();
            }
            Tcp.close(io, listening);
        });
    }

    @Test
    void theEndOfTheLoopClosesWhatWasLeftOpen() throws Exception {
        try (var peer = new ServerSocket(0, 1, LOOPBACK)) {
            peer.setSoTimeout(10_000);
            platform.run(() -> {
                NettyIo io = NettyIo.current();
                connect(io, (InetSocketAddress) peer.getLocalSocketAddress(), new Echo());
                waitForAnotherThread(); // so that the loop's end finds it waiting for the socket
            });
            try (Socket accepted = peer.accept()) {
                accepted.setSoTimeout(10_000);
                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    private static void waitForAnotherThread() {
        var promise = new Promise<Boolean>("answer of another thread");
        CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS).execute(() -> promise.keep(true));
        promise.await();
    }

    @Test
    void aRefusedConnectionIsAnIOException() throws Exception {
        int free;
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            free = socket.getLocalPort();
        }
        platform.run(() -> assertThatThrownBy(
                        () -> connect(NettyIo.current(), new InetSocketAddress(LOOPBACK, free), new Echo()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refused"));
    }

    @Test
    void aTakenPortIsAnIOException() throws Exception {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            var taken = new InetSocketAddress(LOOPBACK, socket.getLocalPort());
            platform.run(() -> assertThatThrownBy(() -> Tcp.listen(NettyIo.current(), taken, 1, new Echo()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use"));
        }
    }

    @Test
    void aPortIsFreeOnceItsListeningChannelHasBeenClosedHoweverMuchElseThereIsToDo() throws Exception {
        platform.run(() -> {
            NettyIo io = NettyIo.current();
            Channel listening = listen(io);
            int port = ((InetSocketAddress) listening.localAddress()).getPort();

            // More than one poll does before it looks for events, so that the channel is closed after that.
            io.eventLoop().execute(() -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2)));
            for (int i = 0; i < 200; i++) {
                io.eventLoop().execute(() -> {});
            }
            Tcp.close(io, listening);

            assertThatThrownBy(() -> new Socket(LOOPBACK, port)).isInstanceOf(ConnectException.class);
            Tcp.close(io, Tcp.listen(io, new InetSocketAddress(LOOPBACK, port), 1, new Echo()));
        });
    }

    @Test
    void aConnectionThatNobodyAnswersEndsWithTheTime() throws Exception {
        try (var hole = new BlackHole()) {
            platform.run(() -> assertThatThrownBy(
                            () -> Tcp.connect(NettyIo.current(), hole.address(), in(Duration.ofMillis(50)), new Echo()))
                    .isInstanceOf(SocketTimeoutException.class));
        }
    }

    @Test
    void aCancelledAttemptToConnectEndsAtOnceAndLeavesNoSocket() throws Exception {
        try (var hole = new BlackHole()) {
            platform.run(() -> {
                NettyIo io = NettyIo.current();
                var removed = new boolean[1];
                ChannelHandler witness = new ChannelInboundHandlerAdapter() {
                    @Override
                    public void handlerRemoved(ChannelHandlerContext context) {
                        removed[0] = true;
                    }
                };
                try (var group = TaskGroup.open()) {
                    Task<Channel> task =
                            group.spawn(() -> Tcp.connect(io, hole.address(), in(Duration.ofHours(1)), witness));
                    Weft.sleep(Duration.ofMillis(20));
                    task.cancel("enough");
                    assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
                    Weft.sleep(Duration.ZERO);
                    assertThat(removed[0]).as("the channel is closed").isTrue();
                }
            });
        }
    }

    @Test
    void outsideOfACoroutineTheMessageSaysWhatToDo() {
        assertThatThrownBy(NettyIo::current)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Weft.run");
    }

    @Test
    void aTransportThatCannotBeHadFailsTheCallAndNotTheLoop() throws Exception {
        Transport missing = platform.transport() == Transport.KQUEUE ? Transport.EPOLL : Transport.KQUEUE;
        platform.run(() -> {
            String before = System.getProperty(Transport.PROPERTY);
            System.setProperty(Transport.PROPERTY, missing.label());
            assertThatThrownBy(NettyIo::current)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(missing.label());
            System.setProperty(Transport.PROPERTY, before);
            assertThat(NettyIo.current().transport()).isEqualTo(platform.transport());
        });
    }

    @Test
    void loopsOnDifferentThreadsDoNotDisturbEachOther() throws Exception {
        int loops = 3; // more than two cores have carriers for, on the portable scheduler
        var failures = new ConcurrentLinkedQueue<Throwable>();
        var threads = new ArrayList<Thread>();
        platform.withProperties(() -> {
            for (int i = 0; i < loops; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        Weft.run(NettyIoTest::talkToItself);
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
            }
        });
        assertThat(failures).isEmpty();
    }

    private static void talkToItself() throws IOException {
        NettyIo io = NettyIo.current();
        Channel listening = listen(io);
        var lines = new Lines();
        Channel channel = connect(io, (InetSocketAddress) listening.localAddress(), lines);
        for (int n = 0; n < 500; n++) {
            assertThat(lines.ask(io, channel, 'x')).isEqualTo("x");
        }
        Tcp.close(io, channel);
        Tcp.close(io, listening);
    }
}
