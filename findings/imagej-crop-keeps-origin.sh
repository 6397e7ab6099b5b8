#!/usr/bin/env bash
# ImageJ: cropping and binning keep the calibration's origin in pixels, so every row gets another time; resizing adjusts it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mvn --quiet dependency:copy -Dartifact=net.imagej:ij:1.54p -DoutputDirectory=.
cat > Probe.java <<'JAVA'
import ij.IJ;
import ij.ImagePlus;
import ij.gui.Roi;
import ij.measure.Calibration;
import ij.plugin.Binner;
import ij.process.ShortProcessor;

public class Probe {
  public static void main(String[] args) {
    ImagePlus scan = new ImagePlus("line scan", new ShortProcessor(38, 500));
    Calibration c = scan.getCalibration();
    c.setXUnit("um");
    c.setYUnit("s");
    c.pixelWidth = 0.25;
    c.pixelHeight = 0.002;
    c.yOrigin = -50; // the first line was taken 0.1 s after the stimulus
    double truth = c.getY(100);
    ImagePlus resized = scan.resize(38, 250, "none");
    ImagePlus binned = new Binner().shrink(scan, 1, 2, 1, Binner.AVERAGE);
    scan.setRoi(new Roi(0, 100, 38, 100));
    ImagePlus cropped = scan.crop();
    System.out.println("ImageJ " + IJ.getVersion() + ": line 100 of the scan is at " + truth + " s");
    System.out.println("resized to half the lines: line 50 at " + resized.getCalibration().getY(50) + " s, origin " + resized.getCalibration().yOrigin);
    System.out.println("binned by 2 lines:         line 50 at " + binned.getCalibration().getY(50) + " s, origin " + binned.getCalibration().yOrigin);
    System.out.println("cropped from line 100 on:  line 0 at " + cropped.getCalibration().getY(0) + " s, origin " + cropped.getCalibration().yOrigin);
    boolean asSeen = Math.abs(resized.getCalibration().getY(50) - truth) < 1e-9
        && Math.abs(binned.getCalibration().getY(50) - 0.4) < 1e-9
        && Math.abs(cropped.getCalibration().getY(0) - 0.1) < 1e-9;
    System.exit(asSeen ? 0 : 1);
  }
}
JAVA
java -Djava.awt.headless=true -cp ij-1.54p.jar Probe.java
