package dev.weft.cli.html;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.browser.Chromium;
import dev.weft.browser.Tab;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks of pages find what they are for. */
class PageChecksIT {
    private static final String GOOD =
            "<header><h1>One</h1></header><main><h2>Two</h2><p>text</p></main>" + "<footer>end</footer>";

    @TempDir
    private Path directory;

    @Test
    void everyFaultIsFound() throws Exception {
        try (Chromium chromium = Chromium.startOrSkip();
                Tab tab = chromium.open()) {
            tab.screen(375, 812);
            show(tab, GOOD);
            assertThatCode(() -> {
                        PageChecks.fitsTheWidth(tab, 375);
                        PageChecks.textHasContrast(tab);
                        PageChecks.hasStructure(tab);
                    })
                    .doesNotThrowAnyException();

            show(tab, GOOD + "<div style='width: 500px'>wide</div>");
            assertThatThrownBy(() -> PageChecks.fitsTheWidth(tab, 375)).isInstanceOf(AssertionError.class);
            show(tab, GOOD + "<div class='scroll'>not to be reached</div>");
            assertThatThrownBy(() -> PageChecks.fitsTheWidth(tab, 375)).isInstanceOf(AssertionError.class);
            show(tab, GOOD + "<p style='color: #888; background: #999'>grey</p>");
            assertThatThrownBy(() -> PageChecks.textHasContrast(tab)).isInstanceOf(AssertionError.class);
            show(tab, GOOD + "<svg><text y='20' fill='#eee'>pale</text></svg>");
            assertThatThrownBy(() -> PageChecks.textHasContrast(tab)).isInstanceOf(AssertionError.class);
            for (String fault : new String[] {
                "<h4>skips</h4>",
                "<h1>two</h1>",
                "<p id='a'></p><p id='a'></p>",
                "<p aria-labelledby='none'></p>",
                "<button></button>"
            }) {
                show(tab, GOOD + fault);
                assertThatThrownBy(() -> PageChecks.hasStructure(tab)).as(fault).isInstanceOf(AssertionError.class);
            }
        }
    }

    private void show(Tab tab, String body) throws Exception {
        Path page = directory.resolve("page.html");
        Files.writeString(
                page,
                "<!doctype html><meta name=viewport content='width=device-width, initial-scale=1'>"
                        + "<body style='margin: 0; background: #fff'>" + body);
        tab.open(page);
    }
}
