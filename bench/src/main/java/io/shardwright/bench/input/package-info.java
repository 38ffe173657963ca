/**
 * Makes checkpoints of any size whose every byte follows from its tensor and index: real ones, and
 * sparse ones that take no disk. Which rows and columns a stored tensor holds is stated here a
 * second time, apart from the program that is measured.
 */
package io.shardwright.bench.input;
