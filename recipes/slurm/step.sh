#!/bin/sh
# One step of the work: a task of a Slurm array, or one of several processes on a machine.
#
#   step.sh ingest|analyze|index FOLDER DATASET [I/N]
#   step.sh report FOLDER DATASET
#
# Without I/N, the part is that of the array's task. KYM names the command, if it is not kym.
#SBATCH --job-name=kym
#SBATCH --requeue
set -eu

step=$1 folder=$2 dataset=$3 shard=${4:-auto}
jobs=${SLURM_CPUS_PER_TASK:-}
case $step in
  ingest) set -- ingest "$folder" "$dataset" --shard "$shard" ${jobs:+--jobs "$jobs"} ;;
  analyze) set -- analyze "$dataset" --shard "$shard" ${jobs:+--jobs "$jobs"} ;;
  index) set -- index "$dataset" --shard "$shard" ;;
  report) set -- report "$dataset" --output "${dataset%.zarr}.html" --force ;;
  *)
    echo "step.sh: $step is not a step: ingest, analyze, index or report" >&2
    exit 2
    ;;
esac

code=0
"${KYM:-kym}" "$@" || code=$?
# 3: some scans have a fault, which the report beside the dataset names. All others are done.
if [ "$code" -eq 3 ]; then
  code=0
fi
exit "$code"
