set fish_greeting
function fish_prompt; echo -n 'fish> '; end
function keep --on-event fish_preexec; echo -- $argv >> $ROOM/took; end
