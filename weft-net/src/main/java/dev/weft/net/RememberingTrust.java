package dev.weft.net;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Has another trust manager decide, and says of which certificates it was that it said no. */
final class RememberingTrust extends X509ExtendedTrustManager {
    /** A chain that was refused, with the reason as the cause. */
    static final class Refused extends CertificateException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial") // certificates are
        final X509Certificate[] chain;

        Refused(X509Certificate[] chain, CertificateException cause) {
            super(cause.getMessage(), cause);
            this.chain = chain.clone();
        }
    }

    private interface Check {
        void run() throws CertificateException;
    }

    private final X509ExtendedTrustManager judge;

    RememberingTrust(X509ExtendedTrustManager judge) {
        this.judge = judge;
    }

    private static void check(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException e) {
            throw new Refused(chain, e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain, () -> judge.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain, () -> judge.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain, () -> judge.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain, () -> judge.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain, () -> judge.checkClientTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain, () -> judge.checkServerTrusted(chain, type));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.getAcceptedIssuers();
    }
}
