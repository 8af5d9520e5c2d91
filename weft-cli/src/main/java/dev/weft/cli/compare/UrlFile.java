package dev.weft.cli.compare;

import dev.weft.cli.CliException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A file with one URL a line; empty lines and lines that begin with # are passed over. */
final class UrlFile {
    private UrlFile() {}

    /**
     * Reads the URLs.
     *
     * @param file the file
     * @return at least one URL
     * @throws CliException if the file cannot be read, or a line is no URL; the message names the line
     */
    static List<URI> read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            throw CliException.usage("--urls " + file + ": there is no such file");
        } catch (CharacterCodingException e) {
            throw CliException.usage("--urls " + file + ": expected text in UTF-8, found other bytes");
        } catch (IOException e) {
            throw CliException.usage("--urls " + file + " cannot be read: " + CliException.reason(e));
        }
        List<URI> urls = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                urls.add(parse(line, file + ":" + (i + 1)));
            }
        }
        if (urls.isEmpty()) {
            throw CliException.usage("--urls " + file + ": expected at least one URL, found none");
        }
        return urls;
    }

    private static URI parse(String line, String where) {
        try {
            URI uri = new URI(line);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw CliException.usage(where + ": expected a URL, found '" + line + "': " + e.getReason());
        }
        throw CliException.usage(where + ": expected a URL such as https://example.org/page, found '" + line + "'");
    }
}
