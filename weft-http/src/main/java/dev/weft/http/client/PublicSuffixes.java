package dev.weft.http.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Tells the domains below which strangers have their sites: {@code com}, {@code co.uk}, {@code github.io}. A cookie for
 * one of those would reach all of them.
 *
 * <p>The list is the one that the JDK ships for its certificates: a zip with an entry per top-level domain, a rule per
 * line, each with a byte in front that says whether the rule is that of a registry or a private one. The file is not
 * part of the JDK's interface; where it cannot be read, names of one label are taken for public suffixes, and a line in
 * the log says so. Any thread.
 */
final class PublicSuffixes {
    private static final System.Logger LOG = System.getLogger(PublicSuffixes.class.getName());
    private static final Path LIST =
            Path.of(System.getProperty("java.home"), "lib", "security", "public_suffix_list.dat");
    private static final Map<String, Set<String>> RULES = new ConcurrentHashMap<>();

    private PublicSuffixes() {}

    /**
     * {@return whether a domain is a public suffix}
     *
     * @param domain the domain, in small letters and ASCII, without a dot in front
     */
    static boolean contains(String domain) {
        int lastDot = domain.lastIndexOf('.');
        if (lastDot < 0) {
            return true;
        }
        Set<String> rules = RULES.computeIfAbsent(domain.substring(lastDot + 1), PublicSuffixes::read);
        if (rules.contains("!" + domain)) {
            return false;
        }
        return rules.contains(domain) || rules.contains("*" + domain.substring(domain.indexOf('.')));
    }

    private static Set<String> read(String topLevel) {
        var rules = new HashSet<String>();
        try (var zip = new ZipFile(LIST.toFile())) {
            ZipEntry entry = zip.getEntry(topLevel);
            if (entry == null) {
                return rules;
            }
            try (InputStream in = zip.getInputStream(entry);
                    var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.length() > 1) {
                        rules.add(line.substring(1));
                    }
                }
            }
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "the list of public suffixes cannot be read from " + LIST
                            + ": cookies for domains such as co.uk are not recognised as too wide",
                    e);
        }
        return rules;
    }
}
