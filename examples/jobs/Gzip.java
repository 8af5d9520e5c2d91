import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** How large a file would be: weft map --java Gzip.java::size ::: *.log */
class Gzip {
    static int size(Path file) throws IOException {
        var compressed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(compressed)) {
            Files.copy(file, out);
        }
        return compressed.size();
    }
}
