"""`python -m trdreport`."""

from trdreport.cli import main

main()
