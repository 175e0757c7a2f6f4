"""What the report says, section by section; `contents` has the list.

A section is a module here and a template of the same name. `facts` are what they draw on, `words`,
`tables` and `figures` what several of them share.
"""
