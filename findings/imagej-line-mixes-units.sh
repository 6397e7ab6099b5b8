#!/usr/bin/env bash
# ImageJ: a line drawn on a kymograph has one length 'in µm', made of micrometres and seconds by Pythagoras.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mvn --quiet dependency:copy -Dartifact=net.imagej:ij:1.54p -DoutputDirectory=.
cat > Probe.java <<'JAVA'
import ij.IJ;
import ij.ImagePlus;
import ij.gui.Line;
import ij.measure.Calibration;
import ij.measure.Measurements;
import ij.measure.ResultsTable;
import ij.plugin.filter.Analyzer;
import ij.process.ShortProcessor;

public class Probe {
  public static void main(String[] args) {
    ImagePlus scan = new ImagePlus("line scan", new ShortProcessor(38, 500));
    Calibration c = scan.getCalibration();
    c.setXUnit("um");
    c.setYUnit("s");
    c.pixelWidth = 0.25;
    c.pixelHeight = 0.002;
    Line streak = new Line(0, 0, 20, 400); // 5 um in 0.8 s: 6.25 um/s
    scan.setRoi(streak);
    ResultsTable table = new ResultsTable();
    new Analyzer(scan, Measurements.MEAN, table).measure();
    double length = table.getValue("Length", 0);
    System.out.println("ImageJ " + IJ.getVersion() + ": units are " + c.getXUnit() + " across and " + c.getYUnit() + " down; the line spans 5 um and 0.8 s");
    System.out.println("Measure: Length " + length + ", the image's unit " + c.getUnits() + ", Angle " + table.getValue("Angle", 0));
    System.out.println("sqrt(5 * 5 + 0.8 * 0.8) = " + Math.sqrt(5 * 5 + 0.8 * 0.8) + ": micrometres and seconds added; with ms for s the same line is 800 um long");
    System.exit(Math.abs(length - Math.sqrt(25.64)) < 1e-9 && Math.abs(table.getValue("Angle", 0) + 9.0903) < 1e-3 ? 0 : 1);
  }
}
JAVA
java -Djava.awt.headless=true -cp ij-1.54p.jar Probe.java
