"""Operations on datasets and figures. All of them only read, and all of it is public."""

from __future__ import annotations

from django.db.models import F, Prefetch, QuerySet
from django.shortcuts import get_object_or_404

from neighbourhoods.api import examples, filters
from neighbourhoods.api.serializers import (
    DatasetDetailSerializer,
    DatasetSerializer,
    IndicatorValueSerializer,
)
from neighbourhoods.models import Dataset, Indicator, IndicatorValue
from socialcare.kernel.api.schema import describe, path, reads
from socialcare.kernel.api.views import Detail, Listing

TAG = "Figures"
_DATASET = [
    path("nation", "The nation's code."),
    path("sha256", "SHA-256 of the dataset's file."),
]


@describe(
    get=reads(
        "list_datasets",
        "List datasets",
        description="Every file of figures that was brought in, the newest first. Nothing in them is ever changed.",
        tag=TAG,
        answers=DatasetSerializer(many=True),
        example=examples.DATASET,
        has_tag=False,
    )
)
class Datasets(Listing):
    serializer_class = DatasetSerializer
    filterset_class = filters.DatasetFilters
    queryset = Dataset.objects.select_related("nation")
    order = ("-imported_at", "sha256")


@describe(
    get=reads(
        "read_dataset",
        "Read one dataset",
        description="Where its figures came from, and what each column counts.",
        tag=TAG,
        answers=DatasetDetailSerializer,
        example=examples.DATASET_DETAIL,
        parameters=_DATASET,
    )
)
class DatasetDetail(Detail):
    serializer_class = DatasetDetailSerializer

    def get_object(self) -> Dataset:
        indicators = Indicator.objects.select_related("base").order_by("position")
        datasets = Dataset.objects.select_related("nation").prefetch_related(
            Prefetch("indicators", indicators)
        )
        found: Dataset = get_object_or_404(
            datasets, nation__code=self.kwargs["nation"], sha256=self.kwargs["sha256"]
        )
        return found


@describe(
    get=reads(
        "list_indicator_values",
        "List figures of places",
        description="One dataset's figures, by place. Choose an `indicator` or a `sphere`, or both.",
        tag=TAG,
        answers=IndicatorValueSerializer(many=True),
        example=examples.VALUE,
        parameters=_DATASET,
        has_tag=False,
    )
)
class IndicatorValues(Listing):
    serializer_class = IndicatorValueSerializer
    filterset_class = filters.IndicatorValueFilters
    order = ("sphere_code", "column")
    narrowed_by = ("indicator", "sphere")

    def get_queryset(self) -> QuerySet[IndicatorValue]:
        values = IndicatorValue.objects.annotate(
            sphere_code=F("sphere__code"), column=F("indicator__column")
        )
        if getattr(self, "swagger_fake_view", False):
            return values
        dataset = get_object_or_404(
            Dataset, nation__code=self.kwargs["nation"], sha256=self.kwargs["sha256"]
        )
        return values.filter(indicator__dataset=dataset)
