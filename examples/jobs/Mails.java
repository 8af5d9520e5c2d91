import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** How many addresses of mail are in a text: weft map --java Mails.java::count ::: *.txt */
class Mails {
    private static final Pattern ADDRESS = Pattern.compile("[\\w.+-]{1,64}@(?:[\\w-]{1,63}\\.){1,8}[a-z]{2,24}");

    static long count(Path file) throws IOException {
        return ADDRESS.matcher(Files.readString(file)).results().count();
    }
}
