package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {
    @TempDir
    Path directory;

    @Test
    void tablesReplaceThoseOfTheRunBeforeAndLeaveTheProse() throws IOException {
        Path page = page("# Title\n\n<!-- results: written by bench/run -->\n\nold\n\n<!-- end of results -->\nEnd.\n");

        Page.write(page, "new\n");
        Page.write(page, "newer\n");

        assertThat(page)
                .hasContent(
                        "# Title\n\n<!-- results: written by bench/run -->\n\nnewer\n\n<!-- end of results -->\nEnd.\n");
    }

    @Test
    void aPageWithoutTheMarksIsLeftAlone() throws IOException {
        Path page = page("# Title\n");

        assertThatThrownBy(() -> Page.write(page, "new\n"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("put them where the tables belong");
        assertThat(page).hasContent("# Title\n");
    }

    private Path page(String text) throws IOException {
        return Files.writeString(directory.resolve("page.md"), text);
    }
}
