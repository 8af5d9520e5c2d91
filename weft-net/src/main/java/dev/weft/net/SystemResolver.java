package dev.weft.net;

import dev.weft.Weft;
import dev.weft.net.netty.Names;
import dev.weft.sync.Limiter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** What the JDK and the system below it know. */
final class SystemResolver implements Resolver {
    static final SystemResolver INSTANCE = new SystemResolver();

    /** Slow name servers must not use up the threads that other work is offloaded to. */
    private static final int MOST_AT_ONCE = 16;

    private static final Limiter LIMITER = new Limiter(MOST_AT_ONCE);

    private SystemResolver() {}

    @Override
    public List<InetAddress> resolve(String host) throws UnknownHostException {
        List<InetAddress> written = Names.literal(host);
        if (written != null) {
            return written;
        }
        try {
            return List.of(Weft.offload(LIMITER, () -> InetAddress.getAllByName(host)));
        } catch (UnknownHostException e) {
            throw (UnknownHostException)
                    new UnknownHostException("'" + host + "' is no host that this system knows: " + e.getMessage())
                            .initCause(e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("a look-up throws no other checked exception", e);
        }
    }

    @Override
    public String toString() {
        return "the system's resolver";
    }
}
