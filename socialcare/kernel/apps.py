from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "socialcare.kernel"
    label = "kernel"
