# shellcheck shell=bash
# A daemon or a command that dies at a point of its own code, as SIGKILL at that moment would have it.

# headroom_dies_at POINT [serving observe|enforce] when COMMAND...: the command leads the daemon there. What the command
# itself says of that is in $WORK/crash.out.
headroom_dies_at() {
  local point=$1 mode=observe caller
  shift
  if [[ $1 == serving ]]; then mode=$2; shift 2; fi
  HEADROOM_FAIL_POINT=$point headroom_serves "$mode" every 1s
  "${@:2}" > "$WORK/crash.out" 2>&1 &
  caller=$!
  daemon_was_killed "$point"
  wait "$caller" || true # it has lost whom it talked to
}

# headroom_pauses_at POINT when COMMAND...: until it is let go on; what comes of the command is awaited then
headroom_pauses_at() {
  HEADROOM_FAIL_POINT=$1=pause headroom_serves observe every 1s
  "${@:3}" > "$WORK/crash.out" 2>&1 &
  PAUSED_COMMAND=$!
  eventually 20s headroom_has_stopped
}
headroom_has_stopped() { [[ $(cut -d' ' -f3 "/proc/$HEADROOM_PID/stat") == T ]]; }
headroom_goes_on() { # the command ends well
  kill -CONT "$HEADROOM_PID"
  wait "$PAUSED_COMMAND" || { complain "$(cat "$WORK/crash.out")"; return 1; }
}

headroom_dies_starting_at() { # POINT
  HEADROOM_FAIL_POINT=$1 headroom_begins observe every 1s
  daemon_was_killed "$1"
}

daemon_was_killed() { # POINT
  local pid=$HEADROOM_PID status=0 watch
  (sleep 20; kill -TERM "$pid" 2> /dev/null) &
  watch=$!
  wait "$pid" || status=$?
  kill "$watch" 2> /dev/null || true # it may be over
  HEADROOM_PID=
  ((status == 137)) || { complain "the daemon did not get to $1: status $status"; return 1; }
}

# dies_at POINT COMMAND...: a command that acts by itself
dies_at() {
  local status=0
  HEADROOM_FAIL_POINT=$1 "${@:2}" > "$WORK/crash.out" 2>&1 || status=$?
  ((status == 137)) || { complain "it did not get to $1 (status $status): $(cat "$WORK/crash.out")"; return 1; }
}

# What the daemon that runs now has said of a growth that was cut off; `nothing` if it had nothing to say. It does so
# after its first look.
fate_told() {
  local said
  eventually 10s first_look_is_done
  sleep 0.3
  said=$(sed -n "$((LOG_BEFORE + 1)),\$p" "$HEADROOM_LOG" | sed -n 's/.* was cut off: //p' | tail -n 1)
  echo "${said:-nothing}"
}
first_look_is_done() { [[ $(metric headroom_poll_last_success) == 1 ]]; }

headroom_serves_again() { # [observe|enforce]
  LOG_BEFORE=$(wc -l < "$HEADROOM_LOG")
  headroom_serves "${1:-observe}" every 1s
}

# A file whose content is known, however often its filesystem is mounted anew.
marked() { head -c 3000000 /dev/urandom > "$WORK/$1/mark"; sha256sum "$WORK/$1/mark" > "$WORK/$1.sum"; sync -f "$WORK/$1"; }
mark_is_intact() { sha256sum --strict --quiet -c "$WORK/$1.sum"; }

# The filesystem on a volume, looked at while nobody has it mounted.
is_sound() { # NAME
  unmounted "$1"
  if [[ $(blkid -o value -s TYPE "/dev/mapper/$1") == xfs ]]; then
    xfs_repair -n "/dev/mapper/$1" > "$WORK/check.out" 2>&1 || { complain "$(cat "$WORK/check.out")"; return 1; }
  else
    checks_clean "$1"
  fi
  superblock_fits "$1"
  mounted "$1"
  mark_is_intact "$1"
}
