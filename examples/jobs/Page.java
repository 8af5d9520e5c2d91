import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.zip.CRC32;

/** The checksum of a page: weft map --java Page.java::checksum < urls.txt */
class Page {
    static long checksum(URI uri) throws IOException {
        var checksum = new CRC32();
        try (InputStream body = uri.toURL().openStream()) {
            checksum.update(body.readAllBytes());
        }
        return checksum.getValue();
    }
}
