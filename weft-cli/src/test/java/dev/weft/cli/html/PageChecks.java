package dev.weft.cli.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.browser.Tab;

/** What every page of Weft must be, whatever it shows. */
public final class PageChecks {
    private static final int TAB = 9;

    private PageChecks() {}

    /** Nothing reaches beyond the screen, except in boxes that scroll and can be reached by keyboard for that. */
    public static void fitsTheWidth(Tab tab, int width) {
        assertThat(tab.evaluate("document.documentElement.scrollWidth").intValue())
                .isLessThanOrEqualTo(width);
        assertThat(tab.texts("""
                [...document.querySelectorAll('body *')]
                  .filter((node) => !node.closest('.scroll, .topbar nav, .definitions, .skip, svg'))
                  .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
                  .map((node) => node.className || node.tagName)""")).isEmpty();
        assertThat(tab.texts("""
                [...document.querySelectorAll('.scroll')]
                  .filter((node) => node.tabIndex !== 0 || !node.ariaLabel)
                  .map((node) => node.outerHTML)"""))
                .as("boxes that scroll and cannot be reached or have no name")
                .isEmpty();
    }

    /** One heading of the first level, none that skips a level, landmarks, and references that lead somewhere. */
    public static void hasStructure(Tab tab) {
        assertThat(tab.texts("['main', 'header', 'footer'].filter((name) => !document.querySelector(name))"))
                .as("missing landmarks")
                .isEmpty();
        assertThat(tab.evaluate("document.querySelectorAll('h1').length").intValue())
                .isEqualTo(1);
        assertThat(tab.texts("""
                [...document.querySelectorAll('h1, h2, h3, h4')]
                  .map((node) => Number(node.tagName[1]))
                  .filter((level, index, all) => index > 0 && level > all[index - 1] + 1)""")).as("headings that skip a level").isEmpty();
        assertThat(tab.texts("""
                [...document.querySelectorAll('[aria-labelledby], [aria-describedby], [aria-controls], label[for]')]
                  .flatMap((node) => ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for']
                    .map((name) => node.getAttribute(name)))
                  .filter((id) => id && !document.getElementById(id))""")).as("references to nothing").isEmpty();
        assertThat(tab.texts("""
                [...document.querySelectorAll('[id]')].map((node) => node.id)
                  .filter((id, index, all) => all.indexOf(id) !== index)""")).as("ids that are not unique").isEmpty();
        assertThat(tab.texts("""
                [...document.querySelectorAll('button, input, select, a')]
                  .filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length))
                  .map((node) => node.outerHTML)""")).as("controls without a name").isEmpty();
    }

    /** Every text has a contrast of 4.5 to what is behind it, by WCAG 2.2. */
    public static void textHasContrast(Tab tab) {
        assertThat(tab.texts("""
                (() => {
                  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
                  const rgb = (colour) => {
                    canvas.clearRect(0, 0, 1, 1);
                    canvas.fillStyle = colour;
                    canvas.fillRect(0, 0, 1, 1);
                    return [...canvas.getImageData(0, 0, 1, 1).data];
                  };
                  const luminance = ([r, g, b]) => {
                    const [x, y, z] = [r, g, b].map((value) => value / 255)
                      .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
                    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
                  };
                  const ground = (node) => {
                    for (let each = node; each; each = each.parentElement) {
                      const colour = rgb(getComputedStyle(each).backgroundColor);
                      if (colour[3] === 255) return colour;
                    }
                    return [255, 255, 255, 255];
                  };
                  const bad = new Set();
                  for (const node of document.querySelectorAll('body *')) {
                    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
                    if (!own || node.closest('title, .skip, .spoken, script, [hidden]')) continue;
                    const style = getComputedStyle(node);
                    const ink = rgb(node.closest('svg') ? style.fill : style.color);
                    const [dark, light] = [luminance(ink), luminance(ground(node))].sort((a, b) => a - b);
                    if ((light + 0.05) / (dark + 0.05) < 4.5) bad.add(`${node.tagName}: ${node.textContent.slice(0, 40)}`);
                  }
                  return [...bad];
                })()""")).as("texts with too little contrast").isEmpty();
    }

    /** Presses the tabulator until what a selector names has the focus. */
    public static void tabTo(Tab tab, String selector) {
        for (int presses = 0; presses < 200; presses++) {
            tab.press("Tab", TAB);
            if (tab.evaluate("document.activeElement.matches('" + selector + "')")
                    .booleanValue()) {
                return;
            }
        }
        fail("200 presses of Tab do not reach " + selector);
    }
}
