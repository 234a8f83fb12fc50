# The demo crew's words and work: sh crew.sh WHAT [ARGUMENT], run by a simulated agent.
set -eu
me=$CREWTUI_AGENT
parts=$(dirname "$0")/parts

work_in() {  # put the finished part of a task into its worktree and submit it
    cd "$CREWTUI_PROJECT/.orchestrator/worktrees/$me/$1"
    cp -R "$parts/$2/." .
    git add -A
    git commit -q -m "$3"
    crewtui task submit "$1" || true
}

case "$1" in
debate)
    case "$me" in
    coder) title="One Python module with a command line" why="Small, tested, no dependencies." ;;
    planner) title="A package in three parts" why="Counting, report and command line apart." ;;
    tester) title="Tests first, then whatever passes" why="What is not tested does not work." ;;
    *) title="A written guide with examples" why="Nobody uses what nobody understands." ;;
    esac
    printf '# %s\n\nRound %s. %s\n\n```python\ndef count(text):\n    return len(text.split())\n```\n' \
        "$title" "$2" "$why" | crewtui debate submit
    ;;
vote)
    case "$me" in
    coder | writer) crewtui vote cast A B ;;
    *) crewtui vote cast B A ;;
    esac
    ;;
plan)
    crewtui task add --file "$(dirname "$0")/plan.toml"
    crewtui task planned
    ;;
bid)
    case "$me" in
    coder) tasks="count cli" ;;
    planner) tasks="report" ;;
    tester) tasks="tests" ;;
    *) tasks="sample readme" ;;
    esac
    for task in $tasks; do crewtui task bid "$task" -m "it is my trade"; done
    ;;
work)
    crewtui task start "$2"
    if [ "$2" = cli ]; then work_in cli cli-first "The command line"; else
        work_in "$2" "$2" "Write $2"
    fi
    ;;
mend) work_in "$2" "$2" "Mend what the validation found" ;;
review)
    crewtui task diff "$2" | tail -3
    crewtui review approve "$2" -m "$me read it: it does what the task asks" || true
    ;;
esac
