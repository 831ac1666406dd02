"""The partner's papers in mutual expertise."""

from domain.peer_papers.queries import PartnerPapers, Report, partner_file, partner_papers

__all__ = ["PartnerPapers", "Report", "partner_file", "partner_papers"]
