# shellcheck shell=bash
# A scenario is a story of steps: Given, When, Then, And. What stands after the word is the command itself, so the
# sentence that is printed is what is done. A step whose command fails, anywhere inside, ends the story.

SKIPPED=77

Given() { step Given "$@"; }
When() { step When "$@"; }
Then() { step Then "$@"; }
And() { step And "$@"; }

step() { # WORD COMMAND...
  STEP=$*
  echo "$STEP" > "$BOX/step"
  printf '%6s' "$1"
  shift
  printf ' %s' "$@"
  echo
  "$@"
}

# One line that says what was expected and what was there instead.
complain() { echo "        $*" >&2; }

note() { echo "       ($*)"; }

skip() { # WHY...: the story cannot be told on this machine
  echo "$*" > "$BOX/skipped"
  note "skipped: $*"
  exit "$SKIPPED"
}

# Tells the story in a file; where it has parts called boot_1, boot_2 ..., the part of the present boot.
tell() { # FILE
  exec {TOLD}>&1
  set -eEuo pipefail
  STORY=$BASHPID
  trap 'failed_at $? "$BASH_COMMAND"' ERR
  start_devices
  ((BOOT == 1)) || echo "-- boot $BOOT"
  . "$1"
  if declare -F boot_1 > /dev/null; then tell_this_boot; fi
}

failed_at() { # STATUS COMMAND
  local frame
  if ((BASHPID == STORY)); then
    echo "FAILED  $STEP"
    [[ $2 == return* ]] || echo "        $2: status $1"
    for ((frame = 1; frame < ${#BASH_SOURCE[@]}; frame++)); do
      echo "        at $(basename "${BASH_SOURCE[frame]}"):${BASH_LINENO[frame - 1]}"
    done
  fi >&"$TOLD" # not where the failed command's output was going
  exit "$1"
}
STEP="the beginning"
