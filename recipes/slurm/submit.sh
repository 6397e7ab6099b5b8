#!/bin/sh
# Submits the whole work on a folder to Slurm: ingest, analyze and index as arrays, one after the other, then a report.
#
#   submit.sh FOLDER DATASET N [OPTION-OF-SBATCH…]
#
# Prints the four job numbers. Run it again after a failure: what is done costs a look only.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# Every task must see the folder under one absolute path.
folder=$(cd "$1" && pwd)
dataset=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
last=$(($3 - 1))
shift 3

after=
for step in ingest analyze index report; do
  array=
  if [ "$step" != report ]; then
    array=--array=0-$last
  fi
  after=$(sbatch --parsable --kill-on-invalid-dep=yes "$@" ${array:+"$array"} \
    ${after:+--dependency=afterok:"$after"} "$here/step.sh" "$step" "$folder" "$dataset")
  echo "$step: $after"
done
