"""The HTTP face towards Prometheus: /metrics, /healthz, /readyz."""
