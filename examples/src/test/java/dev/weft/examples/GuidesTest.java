package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Java in the guides compiles. What surrounds it there, the reader imagines; here it stands in
 * {@code guides/<page>.txt}, with a line {@code //#1} where the first piece of the page goes. Lines of dots, and dots
 * in braces, stand for code that is left out.
 */
class GuidesTest {
    private static final Path PROJECT = Path.of(Files.isDirectory(Path.of("docs")) ? "." : "..");
    private static final Pattern PIECE = Pattern.compile("^```java\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @TempDir
    Path classes;

    static List<String> pages() throws IOException {
        List<String> pages = new ArrayList<>(List.of("README.md"));
        try (Stream<Path> guides = Files.list(PROJECT.resolve("docs"))) {
            guides.filter(path -> path.toString().endsWith(".md"))
                    .map(path -> "docs/" + path.getFileName())
                    .sorted()
                    .forEach(pages::add);
        }
        List<String> withJava = new ArrayList<>();
        for (String page : pages) {
            if (!pieces(page).isEmpty()) {
                withJava.add(page);
            }
        }
        return withJava;
    }

    private static List<String> pieces(String page) throws IOException {
        Matcher matcher = PIECE.matcher(Files.readString(PROJECT.resolve(page)));
        List<String> pieces = new ArrayList<>();
        while (matcher.find()) {
            pieces.add(matcher.group(1));
        }
        return pieces;
    }

    @ParameterizedTest
    @MethodSource("pages")
    void theJavaOfAPageCompiles(String page) throws IOException {
        String name = Path.of(page).getFileName() + ".txt";
        String source;
        try (InputStream surroundings = GuidesTest.class.getResourceAsStream("/guides/" + name)) {
            assertThat(surroundings)
                    .as("what surrounds the Java of %s, in src/test/resources/guides/%s", page, name)
                    .isNotNull();
            source = new String(surroundings.readAllBytes(), StandardCharsets.UTF_8);
        }
        StringBuilder imports = new StringBuilder();
        List<String> pieces = pieces(page);
        for (int i = 0; i < pieces.size(); i++) {
            String mark = "//#" + (i + 1) + "\n";
            assertThat(source)
                    .as("%s has a place for piece %s of %s", name, i + 1, page)
                    .contains(mark);
            StringBuilder body = new StringBuilder();
            for (String line : pieces.get(i).split("\n", -1)) {
                if (line.startsWith("import ")) {
                    imports.append(line).append('\n');
                } else if (!line.strip().equals("...") && !line.strip().equals("…")) {
                    body.append(line.replace(
                                    "{ … }", line.startsWith("try") ? "{}" : "{ throw new AssertionError(); }"))
                            .append('\n');
                }
            }
            source = source.replace(mark, body);
        }
        assertThat(source)
                .as("%s has no place for more than is in %s", name, page)
                .doesNotContain("//#");
        assertThat(problems(imports + source))
                .as("the Java of %s, in what %s puts around it", page, name)
                .isEmpty();
    }

    private List<String> problems(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var found = new DiagnosticCollector<JavaFileObject>();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
        compiler.getTask(null, null, found, options, null, List.of(new Source(source)))
                .call();
        return found.getDiagnostics().stream()
                .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                .map(each -> source.lines()
                                .skip(each.getLineNumber() - 1)
                                .findFirst()
                                .orElse("") + " <- " + each.getMessage(null))
                .toList();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///Guide.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
