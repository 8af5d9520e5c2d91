package dev.weft.net.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Accepts connections as they come and deals them out to event loops by turns. On the I/O coroutine of the loop that
 * listens.
 *
 * <p>If the system refuses, since the process has run out of descriptors, say, accepting pauses for a second.
 */
final class Dealer extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(Dealer.class.getName());
    private static final long PAUSE_MILLIS = 1_000;

    private final List<EventLoop> loops;
    private final Map<ChannelOption<?>, Object> options;
    private final ChannelHandler child;
    private int turn;

    /**
     * @param loops which loops get the connections
     * @param options the options of the connections
     * @param child what is added to the pipeline of each, on its loop
     */
    Dealer(List<EventLoop> loops, Map<ChannelOption<?>, Object> options, ChannelHandler child) {
        this.loops = List.copyOf(loops);
        this.options = options;
        this.child = child;
    }

    @Override
    @SuppressWarnings("unchecked") // whoever put an option into the map had its value's type before them
    public void channelRead(ChannelHandlerContext context, Object message) {
        var accepted = (Channel) message;
        options.forEach((option, value) -> accepted.config().setOption((ChannelOption<Object>) option, value));
        accepted.pipeline().addLast(child);
        EventLoop next = loops.get(turn);
        turn = (turn + 1) % loops.size();
        next.register(accepted).addListener(done -> {
            if (!done.isSuccess()) {
                accepted.unsafe().closeForcibly(); // its loop has ended
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Channel listening = context.channel();
        LOG.log(
                Level.WARNING,
                "accepting connections at " + listening.localAddress() + " failed, and goes on in " + PAUSE_MILLIS
                        + " ms: " + cause.getMessage()
                        + "; if descriptors are short, raise the limit (ulimit -n) or have the server take fewer connections",
                cause);
        listening.config().setAutoRead(false);
        listening.eventLoop().schedule(() -> listening.config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
