# A real ssh to a real sshd on the other end of a pipe, with bash there that keeps its lines.
exec ssh -q -F none -o ProxyCommand="/usr/sbin/sshd -i -f '$PWD/config'" \
  -o UserKnownHostsFile=known -o StrictHostKeyChecking=no -i user -t "$(id -un)@stage" \
  "cd '$PWD'; HISTFILE='$PWD/took' PROMPT_COMMAND='history -a' bash --norc --noprofile -i"
