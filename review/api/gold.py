"""Gold and wanted quality for clients: known answers, the rules about them, the forecast."""

from __future__ import annotations

import random
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.pagination import CursorPagination
from review import gold
from review.adaptive import Forecast, Wanted
from review.consequences import Action, set_rules
from review.models import CheckPolicy, Quality
from review.quality import batch_forecast, cost_of, project_forecast, set_wanted
from review.spot_checks import policy_of, set_policy
from tasks.access import access_client_batch, access_client_project
from tasks.api.predictions import ITEM_HELP, OutcomesSerializer, told
from tasks.models import GoldTask, Project
from tasks.pointed import MAX_ITEMS, read_pointed
from tasks.projects import change_project
from workers.models import Person

# What clients decide of spot checks, and its name in CheckPolicy; pay is the operator's.
CHECKS = {"check_rate": "rate", "checks_hold": "holds", "check_again": "again"}
LEAST, MOST = 0.01, 0.9999  # of a share that may be wanted


class GoldUpload(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(GoldTask.Kind.choices, help_text="what it is for")
    items = serializers.ListField(
        child=serializers.DictField(), max_length=MAX_ITEMS, allow_empty=False, help_text=ITEM_HELP
    )


class GoldSerializer(serializers.ModelSerializer[GoldTask]):
    image = serializers.IntegerField(source="task.image_id")
    name = serializers.CharField(source="task.image.name")
    marked = serializers.IntegerField(help_text="answers marked so far")
    mean = serializers.FloatField(allow_null=True, help_text="their mean score, 0 to 1")

    class Meta:
        model = GoldTask
        fields = [
            "task", "image", "name", "kind", "origin", "payload", "marked", "mean", "made_at", "retired_at",
            "retired_why",
        ]  # fmt: skip


class RuleSerializer(serializers.Serializer[Any]):
    """When a person's mean over the last `over` answers to gold is below `below`, `action` follows."""

    action = serializers.ChoiceField(Action.choices)
    below = serializers.FloatField(min_value=0.01, max_value=1.0)
    over = serializers.IntegerField(min_value=1, max_value=200)


class QualitySerializer(serializers.Serializer[Any]):
    """What the project wants of its dataset. What is left out stays as it is."""

    accuracy = serializers.FloatField(
        required=False,
        allow_null=True,
        help_text="confidence wanted of each task; null: none",
        min_value=LEAST,
        max_value=MOST,
    )
    iou = serializers.FloatField(
        required=False,
        allow_null=True,
        help_text="expected IoU wanted of each shape; null: none",
        min_value=LEAST,
        max_value=MOST,
    )
    trusts_predictions = serializers.BooleanField(
        required=False, help_text="one trusted answer suffices where it agrees with a confident prediction"
    )
    gold_rate = serializers.FloatField(
        required=False, min_value=0.0, max_value=0.5, help_text="share of gold in everybody's work"
    )
    practice_pass_mark = serializers.FloatField(
        required=False,
        allow_null=True,
        help_text="mean of practice to enter; null: no practice",
        min_value=LEAST,
        max_value=MOST,
    )
    check_rate = serializers.FloatField(
        required=False,
        min_value=0.0,
        max_value=1.0,
        help_text="share of what the machine settles that a reviewer checks; 0: none",
    )
    checks_hold = serializers.BooleanField(
        required=False, help_text="batches are complete, and releases hold a task, when its check is judged"
    )
    check_again = serializers.ChoiceField(
        CheckPolicy.Again.choices,
        required=False,
        help_text="who does rejected work again: others, or the same person",
    )
    rules = RuleSerializer(many=True, required=False)

    def validate_rules(self, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({rule["action"] for rule in rules}) < len(rules):
            raise serializers.ValidationError("An action has one rule.")
        return rules


class ForecastSerializer(serializers.Serializer[Any]):
    """Answers and their cost; the true number lies between `low` and `high` nineteen times of twenty."""

    tasks = serializers.IntegerField()
    answers_a_task = serializers.FloatField()
    answers = serializers.IntegerField()
    low = serializers.IntegerField()
    high = serializers.IntegerField()
    cost = serializers.DecimalField(max_digits=20, decimal_places=4)
    cost_low = serializers.DecimalField(max_digits=20, decimal_places=4)
    cost_high = serializers.DecimalField(max_digits=20, decimal_places=4)
    currency = serializers.CharField()
    rests_on = serializers.IntegerField(help_text="settled tasks of the project that it is estimated from")


class InTaskOrder(CursorPagination):
    ordering = "task_id"


class BatchGold(APIView):
    @extend_schema(
        summary="Supply known answers: gold that measures people, or practice that teaches them",
        request=GoldUpload,
        responses=OutcomesSerializer,
    )
    def post(self, request: Request, batch_id: int) -> Response:
        asked = GoldUpload(data=request.data)
        batch = access_client_batch(request, batch_id)
        asked.is_valid(raise_exception=True)
        outcomes = gold.supply_gold(
            batch=batch,
            kind=GoldTask.Kind(asked.validated_data["kind"]),
            items=[read_pointed(item) for item in asked.validated_data["items"]],
            by=request.user if isinstance(request.user, Person) else None,
            rng=random.SystemRandom(),
        )
        return Response(told(outcomes))


class ProjectGold(generics.ListAPIView[GoldTask]):
    serializer_class = GoldSerializer
    pagination_class = InTaskOrder

    def get_queryset(self) -> QuerySet[GoldTask]:
        return gold.gold_of(access_client_project(self.request, self.kwargs["project_id"]))

    @extend_schema(summary="List a project's gold, with how many were marked and how well they did")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ProjectQuality(generics.GenericAPIView[Project]):
    serializer_class = QualitySerializer

    @extend_schema(summary="Read what the project wants of its dataset")
    def get(self, request: Request, project_id: int) -> Response:
        return Response(_quality(access_client_project(request, project_id)))

    @extend_schema(summary="Change what the project wants of its dataset")
    def post(self, request: Request, project_id: int) -> Response:
        asked = self.get_serializer(data=request.data)
        project = access_client_project(request, project_id)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        before = _quality(project)
        wanted = {name: given.get(name, before[name]) for name in ("accuracy", "iou", "trusts_predictions")}
        set_wanted(project=project, wanted=Wanted(**wanted))
        terms = {name: given[name] for name in ("gold_rate", "practice_pass_mark") if name in given}
        if terms:
            change_project(project=project, fields=terms)
        checks = {term: given[name] for name, term in CHECKS.items() if name in given}
        if checks:
            set_policy(project=project, seed=random.SystemRandom().getrandbits(62), **checks)
        if "rules" in given:
            rules = [(Action(rule["action"]), rule["below"], rule["over"]) for rule in given["rules"]]
            set_rules(project=project, rules=rules)
        return Response(_quality(access_client_project(request, project_id)))


class ProjectForecast(APIView):
    @extend_schema(
        summary="What a batch of so many images would take",
        parameters=[OpenApiParameter("images", int, required=True)],
        responses=ForecastSerializer,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = access_client_project(request, project_id)
        images = serializers.IntegerField(min_value=1, max_value=10**9).run_validation(
            request.query_params.get("images", "")
        )
        return Response(shown(project_forecast(project=project, images=images), project=project))


class BatchForecast(APIView):
    @extend_schema(summary="What the batch takes in all, what is done included", responses=ForecastSerializer)
    def get(self, request: Request, batch_id: int) -> Response:
        batch = access_client_batch(request, batch_id)
        return Response(shown(batch_forecast(batch=batch), project=batch.project))


def shown(forecast: Forecast, *, project: Project) -> Any:
    return ForecastSerializer(
        {
            "tasks": forecast.tasks,
            "answers_a_task": round(forecast.per_task, 3),
            "answers": forecast.answers,
            "low": forecast.low,
            "high": forecast.high,
            "cost": cost_of(forecast.answers, project=project),
            "cost_low": cost_of(forecast.low, project=project),
            "cost_high": cost_of(forecast.high, project=project),
            "currency": project.currency,
            "rests_on": forecast.rests_on,
        }
    ).data


def _quality(project: Project) -> dict[str, Any]:
    wanted = Quality.objects.filter(project=project).first() or Quality(
        project=project, trusts_predictions=False
    )
    checks = policy_of(project)
    return {
        "accuracy": wanted.accuracy,
        "iou": wanted.iou,
        "trusts_predictions": wanted.trusts_predictions,
        "gold_rate": project.gold_rate,
        "practice_pass_mark": project.practice_pass_mark,
        **{name: getattr(checks, term) for name, term in CHECKS.items()},
        "rules": list(project.gold_rules.order_by("id").values("action", "below", "over")),
    }
