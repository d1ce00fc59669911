package office

import (
	"slices"

	"nctsim/simulator/message"
)

// Paths in an IE170 and in the declaration that it presents.
const (
	limitPath       = "TransitOperation/limitDate"
	securityPath    = "TransitOperation/security"
	reducedPath     = "TransitOperation/reducedDatasetIndicator"
	containerPath   = "Consignment/containerIndicator"
	inlandPath      = "Consignment/inlandModeOfTransport"
	borderModePath  = "Consignment/modeOfTransportAtTheBorder"
	departurePath   = "Consignment/DepartureTransportMeans"
	borderMeansPath = "Consignment/ActiveBorderTransportMeans"
	housePath       = "Consignment/HouseConsignment"
)

// Modes of transport (CL218).
const byAir, byFixedInstallation = "4", "5"

// repeatsBorderMeans says in which phases an IE170 needs the means of transport at the border even if the declaration
// has them (rules page, C0807).
var repeatsBorderMeans = map[message.Phase]bool{message.Phase5: true}

// secured are the values of security for which data on the border are needed.
var secured = []string{"1", "2", "3"}

// checkPresentation compares an IE170 with the declaration that it presents: the conditions that the message alone does
// not decide, in the order of the message (rules page, "State-dependent rules"). An office without rules does not care.
func (tr *transition) checkPresentation() []fault {
	if tr.Declaration == nil || tr.settings.Rules == nil {
		return nil
	}
	p := presentation{tr, slices.Contains(secured, tr.Declaration.Get(securityPath))}
	return slices.Concat(p.limitDate(), p.indicators(), p.departureMeans(), p.borderMeans(), p.houseMeans())
}

// presentation is an IE170 beside its declaration. A declaration for security is secure.
type presentation struct {
	*transition
	secure bool
}

// said is what the IE170 says, and where it says nothing, the declaration.
func (p presentation) said(path string) string {
	if value := p.Message.Get(path); value != "" {
		return value
	}
	return p.Declaration.Get(path)
}

// missing and unwanted are what a condition requires and what it does not allow.
func (p presentation) missing(path, condition, why string) fault {
	return p.faultAt(path, "13", condition, "", condition+": required, as "+why)
}

func (p presentation) unwanted(path, condition, why string) fault {
	return p.faultAt(path, "15", condition, p.Message.Get(path), condition+": not allowed, as "+why)
}

// limitDate is condition C0840.
func (p presentation) limitDate() []fault {
	authorised := slices.ContainsFunc(p.Declaration.Each("Authorisation"), func(a *message.Document) bool {
		return a.Get("type") == "C521"
	})
	switch given := p.Message.Has(limitPath); {
	case given && !authorised:
		return []fault{p.unwanted(limitPath, "C0840", "the declaration has no authorisation C521")}
	case !given && authorised && !p.Declaration.Has(limitPath):
		return []fault{p.missing(limitPath, "C0840", "the declaration has none")}
	}
	return nil
}

// indicators are the conditions C0824, C0170 and C0600.
func (p presentation) indicators() []fault {
	var out []fault
	if !p.Message.Has(containerPath) && !p.Declaration.Has(containerPath) {
		out = append(out, p.missing(containerPath, "C0824", "the declaration has none"))
	}
	if p.Message.Has(inlandPath) && p.Declaration.Get(reducedPath) == "1" {
		out = append(out, p.unwanted(inlandPath, "C0170", "the declaration has the reduced dataset"))
	}
	if !p.Message.Has(borderModePath) && p.secure {
		out = append(out, p.missing(borderModePath, "C0600", "the declaration has security "+p.Declaration.Get(securityPath)))
	}
	return out
}

// departureMeans is the half of condition C0833 about a mode of transport that only the declaration names.
func (p presentation) departureMeans() []fault {
	if p.Message.Has(inlandPath) || p.Declaration.Get(inlandPath) != byFixedInstallation {
		return nil
	}
	var out []fault
	for i := range p.Message.Find(departurePath) {
		out = append(out, p.unwanted("Consignment/"+at("DepartureTransportMeans", i), "C0833", "the declaration has inland mode of transport "+byFixedInstallation))
	}
	return out
}

// houseMeans is condition C0833 about the house consignments.
func (p presentation) houseMeans() []fault {
	why := "the whole consignment has some here and the declaration has none"
	switch {
	case p.said(inlandPath) == byFixedInstallation:
		if p.Message.Has(inlandPath) {
			return nil // the message alone decides it
		}
		why = "the declaration has inland mode of transport " + byFixedInstallation
	case !p.Message.Has(departurePath), p.Declaration.Has(departurePath), p.Declaration.Has(housePath + "/DepartureTransportMeans"):
		return nil
	}
	var out []fault
	for h, house := range p.Message.Find(housePath) {
		for i := range house.All("DepartureTransportMeans") {
			out = append(out, p.unwanted("Consignment/"+at("HouseConsignment", h)+"/"+at("DepartureTransportMeans", i), "C0833", why))
		}
	}
	return out
}

// borderMeans are the conditions C0807 and C0808 and rule R0790.
func (p presentation) borderMeans() []fault {
	means := p.Message.Each(borderMeansPath)
	mode := p.said(borderModePath)
	var out []fault
	if len(means) == 0 && p.secure && mode != byFixedInstallation && (repeatsBorderMeans[p.m.Phase] || !p.Declaration.Has(borderMeansPath)) {
		out = append(out, p.missing(borderMeansPath, "C0807", "the declaration has security "+p.Declaration.Get(securityPath)))
	}
	if len(means) > 1 && !p.Declaration.Has("CustomsOfficeOfTransitDeclared") {
		place := "Consignment/" + at("ActiveBorderTransportMeans", 1)
		out = append(out, p.faultAt(place, "14", "R0790", "", "R0790: the declaration has no office of transit"))
	}
	for i, m := range means {
		place := "Consignment/" + at("ActiveBorderTransportMeans", i)
		if mode == byFixedInstallation && !p.Message.Has(borderModePath) {
			out = append(out, p.unwanted(place, "C0807", "the declaration has mode of transport at the border "+byFixedInstallation))
		}
		if mode == byAir && p.secure && !m.Has("conveyanceReferenceNumber") {
			out = append(out, p.missing(place+"/conveyanceReferenceNumber", "C0808", "the goods cross the border by air and the declaration has security "+p.Declaration.Get(securityPath)))
		}
	}
	return out
}
