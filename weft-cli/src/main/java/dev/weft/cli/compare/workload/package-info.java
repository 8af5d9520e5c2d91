/** The workloads of a comparison: what their tasks do, and how much of it fits the time. */
@NullMarked
package dev.weft.cli.compare.workload;

import org.jspecify.annotations.NullMarked;
