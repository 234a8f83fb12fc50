"""The crew's work: tasks, git worktrees, validations, merges, milestones."""
