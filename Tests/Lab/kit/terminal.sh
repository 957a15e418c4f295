# shellcheck shell=bash
# A terminal for programs that draw on one: tmux's, which tells what is on its screen.

in_terminal() { LC_ALL=C.UTF-8 tmux -u -f /dev/null -S "$WORK/terminal" "$@"; }

a_terminal() { # COLUMNSxROWS, with a shell in it
  in_terminal new-session -d -x "${1%x*}" -y "${1#*x}" "exec env -u BASH_ENV PS1='\$ ' bash --norc --noprofile"
  eventually 5s the screen mentions '^\$'
}

the_terminal_becomes() { in_terminal resize-window -x "${1%x*}" -y "${1#*x}"; } # COLUMNSxROWS
types() { in_terminal send-keys "$@"; }
screen() { in_terminal capture-pane -p; }
screens_modes() { in_terminal display-message -p 'alternate #{alternate_on}, cursor #{cursor_flag}'; }
a_picture_is_taken() { in_terminal capture-pane -e -p > "$BOX/screen"; } # `run --results` keeps it
