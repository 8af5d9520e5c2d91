/**
 * The comparison's report as one HTML page that needs neither a network nor any other file.
 *
 * <p>{@link dev.weft.cli.compare.html.HtmlReport} joins the resources of this package, a template with a style sheet
 * and plain scripts, with a digest of the report as JSON. The scripts draw everything in the browser; a table in
 * {@code <noscript>} says the essentials without them.
 */
@NullMarked
package dev.weft.cli.compare.html;

import org.jspecify.annotations.NullMarked;
