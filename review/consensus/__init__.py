"""From several people's answers to one: the pure half of review (no Django, no clock, no randomness).

    answer = parse_answer(submission=uuid, annotator=7, skill=0.9, payload=payload_json)
    spec = parse_spec(label_schema.spec)
    consensus = conclude(answers=[answer, ...], spec=spec, size=(width, height), crowd=crowd)
    verdict = decide(consensus=consensus, threshold=0.8)
    verdict.settled, verdict.reason, verdict.where      # reason "" when settled
    consensus.payload()                                  # the consensus payload, JSON-ready, same bytes for same answers

    skill = estimate_skill(agreements=[score, ...])      # an annotator's past agreements -> expected accuracy
    crowd = estimate_crowd(tasks=[answers, ...])         # a project's answers -> how its people see and draw

Signatures (all keyword-only):

    parse_answer(*, submission: str, annotator: int, skill: float, payload: Mapping) -> Answer   ValueError on NaN
    parse_spec(spec: Mapping) -> Spec
    conclude(*, answers: Sequence[Answer], spec: Spec, size: tuple[float, float] | None = None,
             crowd: Crowd = Crowd()) -> Consensus        ValueError without answers or with two of one annotator
    decide(*, consensus: Consensus, threshold: float, iou_threshold: float = 0.5) -> Verdict
    estimate_skill(*, agreements: Iterable[float], weights: Iterable[float] | None = None) -> Skill
    estimate_crowd(*, tasks: Iterable[Sequence[Answer]], rounds: int = 20) -> Crowd

`skill` is an annotator's expected accuracy in 0..1; give `DEFAULT_SKILL` to one nothing is known about.
The order of the answers never matters. The payload has one key more than a submission's tags and shapes
need: "rejected", the candidates that were voted down (a reviewer can still take one).
"""
