"""What changes a meeting's rows from the host's pages; one module a subject.

Each action checks that the account may (authority.check_may) inside the transaction that changes the row,
with the meeting's row locked, and raises MeetingError otherwise.
"""
