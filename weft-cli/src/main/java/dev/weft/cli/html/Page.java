package dev.weft.cli.html;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Makes pages that need neither a network nor another file: style and script are inside, and a content security
 * policy admits exactly these, by their hashes. All methods are free of state and may be called from any thread.
 */
public final class Page {
    private static final Pattern SLOT = Pattern.compile("\\{\\{(\\w+)}}");

    private Page() {}

    /**
     * Fills a template.
     *
     * @param template the template, with slots as <code>{{name}}</code>
     * @param slots what is put into each; markup, as it is
     * @return the page
     * @throws IllegalStateException if the template has a slot that nothing fills
     */
    public static String fill(String template, Map<String, String> slots) {
        // One pass, so that a slot's name inside the data stays what it is.
        return SLOT.matcher(template).replaceAll(slot -> {
            String value = slots.get(slot.group(1));
            if (value == null) {
                throw new IllegalStateException("the page has the slot {{" + slot.group(1) + "}}, which nothing fills");
            }
            return Matcher.quoteReplacement(value);
        });
    }

    /**
     * Makes the file of a report, which loads nothing.
     *
     * @param title its title; text
     * @param weft the version of the program that writes it; text
     * @param style its style
     * @param script the only script that may run; empty for none
     * @param body markup, as it is, with an element {@code results}
     * @return the page
     */
    public static String report(String title, String weft, String style, String script, String body) {
        String sources =
                "style-src '" + hash(style) + "'" + (script.isEmpty() ? "" : "; script-src '" + hash(script) + "'");
        return fill(
                resource(Page.class, "report.html"),
                Map.of(
                        "sources", sources,
                        "weft", Markup.text(weft),
                        "title", Markup.text(title),
                        "style", style,
                        "body", body));
    }

    /**
     * Hashes a style or a script, for a content security policy.
     *
     * @param content what is between the tags
     * @return such as {@code sha256-...}
     */
    public static String hash(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /**
     * Joins the style of all pages and that of one.
     *
     * @param type a class that the resource is beside
     * @param name the resource with the style of the page
     * @return the style
     */
    public static String style(Class<?> type, String name) {
        return resource(Page.class, "base.css") + "\n" + resource(type, name);
    }

    /**
     * Joins scripts into one.
     *
     * @param type a class that they are beside
     * @param names the scripts in their order; each builds on the ones before it
     * @return the script
     */
    public static String script(Class<?> type, List<String> names) {
        return names.stream()
                .map(name -> resource(type, name))
                .collect(Collectors.joining("\n", "'use strict';\n", ""));
    }

    /**
     * Reads a resource.
     *
     * @param type a class that it is beside
     * @param name its name
     * @return its text
     */
    public static String resource(Class<?> type, String name) {
        try (InputStream in = type.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing beside " + type.getName()
                        + ": the build of weft-cli is incomplete, build it again");
            }
            // Browsers hash what they parsed, and parsing turns CRLF, as a checkout on Windows may have it, into LF.
            return new String(in.readAllBytes(), UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("resource " + name + " cannot be read", e);
        }
    }
}
