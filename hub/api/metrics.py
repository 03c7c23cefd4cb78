"""Counters of this process in the Prometheus text format."""

from collections import Counter, defaultdict

BUCKETS = (0.005, 0.02, 0.1, 0.3, 1.0, 5.0)
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """What this process has answered. Labels are templates of paths, never a path with an id in it."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._within: Counter[tuple[str, float]] = Counter()

    def count_request(self, *, method: str, path: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._requests[method, path, status] += 1
        self._seconds[path] += seconds
        for bound in BUCKETS:
            if seconds <= bound:
                self._within[path, bound] += 1

    def to_text(self, gauges: dict[str, float]) -> str:
        """Everything counted, with `gauges` read at this moment."""
        lines = ["# TYPE hub_requests_total counter"]
        for (method, path, status), count in sorted(self._requests.items()):
            lines.append(f'hub_requests_total{{method="{method}",path="{path}",status="{status}"}} {count}')
        lines.append("# TYPE hub_request_seconds histogram")
        totals: Counter[str] = Counter()
        for (_, path, _), count in self._requests.items():
            totals[path] += count
        for path, count in sorted(totals.items()):
            for bound in BUCKETS:
                within = self._within[path, bound]
                lines.append(f'hub_request_seconds_bucket{{path="{path}",le="{bound}"}} {within}')
            lines.append(f'hub_request_seconds_bucket{{path="{path}",le="+Inf"}} {count}')
            lines.append(f'hub_request_seconds_sum{{path="{path}"}} {self._seconds[path]:.6f}')
            lines.append(f'hub_request_seconds_count{{path="{path}"}} {count}')
        for name, value in sorted(gauges.items()):
            lines.extend((f"# TYPE {name} gauge", f"{name} {value:g}"))
        return "\n".join(lines) + "\n"
