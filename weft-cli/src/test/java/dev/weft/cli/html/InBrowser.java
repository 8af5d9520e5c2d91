package dev.weft.cli.html;

import dev.weft.browser.Chromium;
import dev.weft.browser.Tab;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests of pages in a real browser: one for the class, a tab for each test, light and as large as on a desk. They are
 * skipped where there is no browser.
 */
public abstract class InBrowser {
    /** As wide as a phone, in CSS pixels. */
    protected static final int PHONE = 375;

    /** As wide as a desk's screen. */
    protected static final int DESK = 1440;

    /** The code of a key. */
    protected static final int ENTER = 13;

    private static Chromium chromium;

    /** The tab of this test. */
    protected Tab tab;

    @BeforeAll
    static void startBrowser() throws Exception {
        chromium = Chromium.startOrSkip();
    }

    @AfterAll
    static void endBrowser() throws Exception {
        Chromium started = chromium;
        chromium = null; // the next class may find none
        if (started != null) {
            started.close();
        }
    }

    @BeforeEach
    void openTab() {
        tab = chromium.open();
        tab.scheme("light");
        tab.screen(DESK, 900);
    }

    @AfterEach
    void closeTab() {
        tab.close();
    }
}
