/**
 * The report of a run as one HTML page that needs neither a network, nor another file, nor scripts: charts are drawn
 * here, as SVG, and each has a table that says the same.
 */
@NullMarked
package dev.weft.cli.report.html;

import org.jspecify.annotations.NullMarked;
