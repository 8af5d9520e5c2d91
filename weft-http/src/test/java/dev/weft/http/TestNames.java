package dev.weft.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Names for tests: {@code two-addresses.test} has a dead address before that of the loopback, and those of
 * {@link #neverFound} are looked up for ever.
 */
public final class TestNames extends InetAddressResolverProvider {
    private static final String NEVER_FOUND = "never-found-";
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /**
     * {@return a name whose look-up ends when it is interrupted; another one each time, since the JDK remembers
     * failures}
     */
    public static String neverFound() {
        return NEVER_FOUND + NUMBERS.incrementAndGet() + ".test";
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver system = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                if (host.equals("two-addresses.test")) {
                    return Stream.of(InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1"));
                }
                if (host.startsWith(NEVER_FOUND)) {
                    throw hang(host);
                }
                return system.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return system.lookupByAddress(address);
            }
        };
    }

    private static UnknownHostException hang(String host) {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new UnknownHostException(host + ": interrupted");
    }

    @Override
    public String name() {
        return "test names";
    }
}
