package dev.weft.net;

import dev.weft.TimedOutException;
import dev.weft.Weft;
import dev.weft.loop.kernel.Durations;
import dev.weft.net.netty.Channels;
import dev.weft.net.netty.NettyIo;
import dev.weft.net.netty.Staggered;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/** From a host's name to a TCP connection. */
final class Connecting {
    private Connecting() {}

    static TcpStream connect(TcpStream.Builder how) throws IOException {
        NettyIo io = NettyIo.current();
        List<InetAddress> addresses = Staggered.interleaved(lookUp(how));
        long deadline = io.loop().now() + how.connectTimeout.toNanos();
        var attempts = new ArrayList<Callable<TcpStream>>();
        for (InetAddress address : addresses) {
            attempts.add(() -> attempt(io, how, new InetSocketAddress(address, how.port), deadline));
        }
        Staggered.Outcome<TcpStream> race = Staggered.race(attempts, how.attemptDelay, TcpStream::abort);
        TcpStream winner = race.winner();
        if (winner == null) {
            throw failure(
                    how,
                    addresses,
                    race.failures().stream().filter(Objects::nonNull).toList());
        }
        return winner;
    }

    private static List<InetAddress> lookUp(TcpStream.Builder how) throws IOException {
        List<InetAddress> found;
        try {
            found = Weft.withTimeout(how.resolveTimeout, () -> how.resolver.resolve(how.host));
        } catch (TimedOutException e) {
            throw (IOException) new SocketTimeoutException("looking up '" + how.host + "' took longer than "
                            + Durations.text(how.resolveTimeout) + "; check the name servers, or raise resolveTimeout")
                    .initCause(e);
        }
        if (found.isEmpty()) {
            throw new UnknownHostException("'" + how.host + "' has no address, says " + how.resolver);
        }
        return found;
    }

    private static TcpStream attempt(NettyIo io, TcpStream.Builder how, InetSocketAddress address, long deadline)
            throws IOException {
        var wire = new Wire(io);
        Channel channel = Channels.connect(io, io.binding().sockets(), address, how.local, how.options, deadline, wire);
        return new TcpStream(io, channel, wire);
    }

    private static IOException failure(TcpStream.Builder how, List<InetAddress> tried, List<Throwable> failures) {
        boolean late = true;
        var text = new StringBuilder("cannot connect to ")
                .append(TcpStream.text(InetSocketAddress.createUnresolved(how.host, how.port)));
        for (int i = 0; i < failures.size(); i++) {
            Throwable failure = failures.get(i);
            late &= failure instanceof SocketTimeoutException;
            text.append(i == 0 ? ": " : "; ")
                    .append(TcpStream.text(new InetSocketAddress(tried.get(i), how.port)))
                    .append(": ")
                    .append(
                            failure instanceof SocketTimeoutException
                                    ? "no answer within " + Durations.text(how.connectTimeout)
                                    : Wire.reason(failure));
        }
        IOException all = late ? new SocketTimeoutException(text.toString()) : new ConnectException(text.toString());
        if (failures.size() == 1) {
            all.initCause(failures.getFirst());
        } else {
            failures.forEach(all::addSuppressed);
        }
        return all;
    }
}
