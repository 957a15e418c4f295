# shellcheck shell=bash
# A crowd of writers on mounted volumes: each a process of its own that says how it fared.

declare -A WRITERS=()

writer() { # NAME writes SIZE to VOLUME [at RATE a_second]: goes on in the background
  local name=$1 size=$3 volume=$5 rate=${7:-0}
  python3 "$LAB/tests/kit/writer.py" "$WORK/$volume/$name" "$(amount "$size")" "$(amount "$rate")" "$WORK/$name.writer" &
  WRITERS[$name]=$!
}

fill() { # VOLUME: writes until it is full, as a runaway log would
  writer "fill-$1" writes 1TiB to "$1"
}

writer_ends() { wait "${WRITERS[$1]}"; }

all_writers_end() {
  local name
  for name in "${!WRITERS[@]}"; do wait "${WRITERS[$name]}"; done
}

write() { # SIZE to VOLUME: done when it is written
  dd if=/dev/zero of="$WORK/$3/file-$RANDOM$RANDOM" bs=1M count=$(($(amount "$1") >> 20)) conv=fsync status=none
}

# Questions: written, error (none, ENOSPC), longest (write, milliseconds), rate (MB a second), done (yes, no)
said_by() { # WRITER WHAT
  sed -n "s/^$2=//p" "$WORK/$1.writer"
}
error_of() { said_by "$1" error; }
longest_write_of() { said_by "$1" longest; }
