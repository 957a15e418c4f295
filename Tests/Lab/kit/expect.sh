# shellcheck shell=bash
# Assertions. A question is a command that prints one answer (size_of web); a check asks it and compares:
#   the size_of web is 256MiB            is [not|at_least|at_most|above|below] VALUE
#   the explanation_of web mentions reserve          mentions REGULAR-EXPRESSION, or `does_not_mention`
#   eventually 10s the size_of web is at_least 300MiB
#   for_the_next 5s the size_of web is 256MiB

the() { # QUESTION... is|mentions|does_not_mention EXPECTATION...
  local question=() answer
  while (($#)) && [[ $1 != is && $1 != mentions && $1 != does_not_mention ]]; do
    question+=("$1")
    shift
  done
  (($# >= 2)) || { complain "the ${question[*]}: what is expected?"; return 2; }
  answer=$("${question[@]}") || { complain "no answer to: ${question[*]} ($answer)"; return 1; }
  case $1 in
    is) compare "$answer" "${@:2}" ;;
    mentions) grep -qiE -- "$2" <<< "$answer" ;;
    does_not_mention) ! grep -qiE -- "$2" <<< "$answer" ;;
  esac || { complain "expected ${question[*]} $*, but it is: $answer"; return 1; }
}

compare() { # ANSWER [not|at_least|at_most|above|below] VALUE
  case $2 in
    not) [[ $(amount "$1") != "$(amount "$3")" ]] ;;
    at_least) holds "$1" '>=' "$3" ;;
    at_most) holds "$1" '<=' "$3" ;;
    above) holds "$1" '>' "$3" ;;
    below) holds "$1" '<' "$3" ;;
    *) [[ $(amount "$1") == "$(amount "${*:2}")" ]] ;;
  esac
}

holds() { # NUMBER OPERATOR NUMBER; an answer that is no number never holds
  [[ $1 =~ ^-?[0-9.]+([eE][-+]?[0-9]+)?[A-Za-z%]*$ ]] || return 1
  awk -v a="$(amount "$1")" -v b="$(amount "$3")" "BEGIN { exit !(a + 0 $2 b + 0) }"
}

amount() { # 300MiB -> 314572800, 90% -> 90, 5ms -> 5; anything else stays
  case $1 in
    [0-9]*KiB) echo $((${1%KiB} << 10)) ;;
    [0-9]*MiB) echo $((${1%MiB} << 20)) ;;
    [0-9]*GiB) echo $((${1%GiB} << 30)) ;;
    [0-9]*TiB) echo $((${1%TiB} << 40)) ;;
    [0-9]*%) echo "${1%\%}" ;;
    [0-9]*ms) echo "${1%ms}" ;;
    *) echo "$1" ;;
  esac
}

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

eventually() { # SECONDSs CHECK...: true within that time
  local deadline=$(($(milliseconds) + ${1%s} * 1000)) complaint time=$1
  shift
  until complaint=$("$@" 2>&1); do
    (($(milliseconds) < deadline)) || { complain "not within $time: $*"; echo "$complaint" >&2; return 1; }
    sleep 0.1
  done
}

for_the_next() { # SECONDSs CHECK...: true all that time
  local deadline=$(($(milliseconds) + ${1%s} * 1000))
  shift
  while (($(milliseconds) < deadline)); do
    "$@" || return 1
    sleep 0.2
  done
}

# The machine is shared, so the best of three tries is what the command itself takes.
within() { # MILLISECONDSms COMMAND...: done in that time, and well
  local start status took try
  for try in 1 2 3; do
    start=$(milliseconds) status=0
    "${@:2}" > "$WORK/within.out" 2>&1 || status=$?
    took=$(($(milliseconds) - start))
    ((status == 0)) || { complain "status $status: $(tail -n 3 "$WORK/within.out")"; return 1; }
    ((took > ${1%ms})) || return 0
  done
  complain "took $took ms at the $try. try"
  return 1
}

# A refusal is one clear line and exit 1.
is_refused() { # COMMAND... [saying REGULAR-EXPRESSION]
  local command=() said status=0
  while (($#)) && [[ $1 != saying ]]; do command+=("$1"); shift; done
  said=$("${command[@]}" 2>&1) || status=$?
  [[ $status == 1 ]] || { complain "status $status, not 1: $said"; return 1; }
  [[ -n $said && $said != *$'\n'* ]] || { complain "not one line: $said"; return 1; }
  (($# < 2)) || grep -qiE -- "$2" <<< "$said" || { complain "does not say '$2': $said"; return 1; }
  note "$said"
}
