package dev.weft.net;

import static java.util.Objects.requireNonNull;

import dev.weft.Weft;
import dev.weft.loop.kernel.Durations;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How one side does TLS: its key, whom it trusts, what it offers. Immutable, for any number of connections and threads;
 * make one and keep it, since it remembers sessions.
 *
 * <pre>{@code
 * var stream = TcpStream.connect("example.org", 443);
 * stream.startTls(Tls.client().build(), "example.org");
 * }</pre>
 *
 * <p>A client verifies the other side, always: the certificate must come from somebody it trusts, be valid now, and be
 * for the host that was asked for. TLS 1.2 and 1.3 are spoken, by the JDK's engine unless {@link Builder#openSsl} says
 * otherwise. Files are read when the first connection needs them, beside the loop.
 */
public final class Tls {
    private final Builder how;
    private volatile @Nullable SslContext context;

    private Tls(Builder how) {
        this.how = how;
    }

    /** {@return settings for clients, who trust whom the JVM trusts} */
    public static Builder client() {
        return new Builder(true);
    }

    /**
     * Begins to set how servers do TLS.
     *
     * @param certificates a PEM file with the certificate, followed by those above it
     * @param key a PEM file with its private key, in PKCS #8 ({@code BEGIN PRIVATE KEY})
     * @return the settings
     */
    public static Builder server(Path certificates, Path key) {
        return new Builder(false).key(certificates, key);
    }

    /**
     * Begins to set how servers do TLS.
     *
     * @param keys a store with the private key and its certificates
     * @param password the password of the key; copied
     * @return the settings
     */
    public static Builder server(KeyStore keys, char[] password) {
        return new Builder(false).key(keys, password);
    }

    boolean isClient() {
        return how.client;
    }

    Duration handshakeTimeout() {
        return how.handshakeTimeout;
    }

    /** {@return what Netty makes engines of; loaded at the first call, beside the loop} */
    SslContext context() throws IOException {
        SslContext loaded = context;
        if (loaded == null) {
            loaded = loadBesideTheLoop();
            context = loaded;
        }
        return loaded;
    }

    private SslContext loadBesideTheLoop() throws IOException {
        try {
            return Weft.offload(how::load);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("TLS cannot be set up: " + Wire.reason(e), e);
        }
    }

    @Override
    public String toString() {
        return how.client ? "Tls[client]" : "Tls[server]";
    }

    /** What to set. */
    public static final class Builder implements Cloneable {
        private interface Source<T> {
            T load() throws IOException, GeneralSecurityException;
        }

        private final boolean client;
        private @Nullable Source<KeyManagerFactory> key;
        private @Nullable Path certificateFile;
        private @Nullable Path keyFile;
        private @Nullable Source<KeyStore> trusted;
        private List<String> applicationProtocols = List.of();
        private ClientAuth clientAuth = ClientAuth.NONE;
        private Duration handshakeTimeout = Duration.ofSeconds(30);
        private boolean openSsl;

        private Builder(boolean client) {
            this.client = client;
        }

        /**
         * Sets the key of this side: for a client that servers ask for a certificate.
         *
         * @param certificates a PEM file with the certificate, followed by those above it
         * @param key a PEM file with its private key, in PKCS #8
         * @return this
         */
        public Builder key(Path certificates, Path key) {
            this.certificateFile = requireNonNull(certificates, "certificates");
            this.keyFile = requireNonNull(key, "key");
            this.key = null;
            return this;
        }

        /**
         * Sets the key of this side, as {@link #key(Path, Path)}.
         *
         * @param keys a store with the private key and its certificates
         * @param password the password of the key; copied
         * @return this
         */
        public Builder key(KeyStore keys, char[] password) {
            requireNonNull(keys, "keys");
            char[] copy = password.clone();
            this.certificateFile = null;
            this.key = () -> {
                var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(keys, copy);
                return factory;
            };
            return this;
        }

        /**
         * Trusts those in a file alone, instead of those whom the JVM trusts.
         *
         * @param certificates a PEM file with certificates, of authorities or of single hosts
         * @return this
         */
        public Builder trust(Path certificates) {
            requireNonNull(certificates, "certificates");
            trusted = () -> {
                KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
                store.load(null, null);
                int number = 0;
                try (InputStream in = Files.newInputStream(certificates)) {
                    for (Certificate certificate :
                            CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                        store.setCertificateEntry("trusted-" + number++, certificate);
                    }
                } catch (NoSuchFileException e) {
                    throw new IOException("there is no file with certificates to trust at " + certificates, e);
                } catch (GeneralSecurityException e) {
                    throw new IOException(certificates + " has no certificates in PEM: " + Wire.reason(e), e);
                }
                if (number == 0) {
                    throw new IOException(certificates + " has no certificate to trust");
                }
                return store;
            };
            return this;
        }

        /**
         * Trusts those in a store alone, instead of those whom the JVM trusts.
         *
         * @param store a store with certificates, of authorities or of single hosts
         * @return this
         */
        public Builder trust(KeyStore store) {
            requireNonNull(store, "store");
            trusted = () -> store;
            return this;
        }

        /**
         * Sets which protocols this side offers or takes by ALPN, the best first; none unless set. Without agreement
         * the connection is made all the same.
         *
         * @param names their names, such as {@code h2}
         * @return this
         */
        public Builder applicationProtocols(String... names) {
            applicationProtocols = List.of(names);
            return this;
        }

        /**
         * Has a server ask its clients for a certificate; set {@link #trust} to those who issue them.
         *
         * @param required whether a client without one is refused
         * @return this
         * @throws IllegalStateException if these settings are for clients
         */
        public Builder askForCertificate(boolean required) {
            if (client) {
                throw new IllegalStateException("only a server asks for certificates; servers send theirs anyway");
            }
            clientAuth = required ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL;
            return this;
        }

        /**
         * Sets how long a handshake may take; 30 seconds unless set.
         *
         * @param value the time, positive
         * @return this
         */
        public Builder handshakeTimeout(Duration value) {
            handshakeTimeout = Durations.positive("the time-out for the handshake", value);
            return this;
        }

        /**
         * Has OpenSSL do the work instead of the JDK: faster with much traffic. Needs {@code netty-tcnative} on the
         * class or module path, whose version fits that of Netty.
         *
         * @return this
         * @throws IllegalStateException if it is not there, with the reason
         */
        public Builder openSsl() {
            if (!OpenSsl.isAvailable()) {
                Throwable cause = OpenSsl.unavailabilityCause();
                throw new IllegalStateException(
                        "OpenSSL cannot be had: " + (cause == null ? "unknown" : Wire.reason(cause))
                                + "; add io.netty:netty-tcnative-boringssl-static to the class path, or leave openSsl out",
                        cause);
            }
            openSsl = true;
            return this;
        }

        /** {@return the settings as they are now} */
        public Tls build() {
            try {
                return new Tls((Builder) clone());
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        private SslContext load() throws IOException, GeneralSecurityException {
            SslContextBuilder builder = client ? SslContextBuilder.forClient() : withKey(null);
            if (client && (key != null || certificateFile != null)) {
                withKey(builder);
            }
            builder.sslProvider(openSsl ? SslProvider.OPENSSL : SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .trustManager(trustManager())
                    .clientAuth(clientAuth);
            if (client) {
                builder.endpointIdentificationAlgorithm("HTTPS");
            }
            if (!applicationProtocols.isEmpty()) {
                builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        applicationProtocols));
            }
            return builder.build();
        }

        private SslContextBuilder withKey(@Nullable SslContextBuilder builder)
                throws IOException, GeneralSecurityException {
            Path file = certificateFile;
            if (file != null) {
                Path secret = requireNonNull(keyFile);
                try (InputStream certificates = Files.newInputStream(file);
                        InputStream privateKey = Files.newInputStream(secret)) {
                    return builder == null
                            ? SslContextBuilder.forServer(certificates, privateKey)
                            : builder.keyManager(certificates, privateKey);
                } catch (NoSuchFileException e) {
                    throw new IOException("there is no file for TLS at " + e.getFile(), e);
                } catch (IllegalArgumentException e) {
                    throw new IOException(
                            "no certificate in PEM in " + file + " or no private key in PKCS #8 in " + secret + ": "
                                    + Wire.reason(e)
                                    + "; openssl pkcs8 -topk8 -nocrypt converts keys",
                            e);
                }
            }
            KeyManagerFactory factory = requireNonNull(key).load();
            return builder == null ? SslContextBuilder.forServer(factory) : builder.keyManager(factory);
        }

        private X509ExtendedTrustManager trustManager() throws IOException, GeneralSecurityException {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            Source<KeyStore> own = trusted;
            factory.init(own == null ? null : own.load());
            for (var manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return new RememberingTrust(extended);
                }
            }
            throw new GeneralSecurityException("this JVM has no X.509 trust manager");
        }
    }
}
