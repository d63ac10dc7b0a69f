"""What every process of AFIL needs: parameters, beginning and end."""
